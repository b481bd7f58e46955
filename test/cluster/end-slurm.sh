#!/bin/bash
# Ends a private Slurm and removes its folder ($1): when the process that has started it closes this one's standard input, or is
# gone itself, however that came. The daemons' process numbers come by the same way, a line each.
folder=$1
daemons=()
while read -r pid; do daemons=("$pid" "${daemons[@]}"); done

# A job outlives its node's daemon, so the jobs end first.
timeout 10 scancel --user "$(id -un)" 2>/dev/null
for _ in {1..80}; do
  [ -n "$(timeout 10 squeue -h 2>/dev/null)" ] || break
  sleep 0.25
done

running() {
  for pid in "${daemons[@]}"; do kill -0 "$pid" 2>/dev/null && return; done
  return 1
}
for pid in "${daemons[@]}"; do kill -TERM "$pid" 2>/dev/null; done
for _ in {1..50}; do
  running || break
  sleep 0.1
done
for pid in "${daemons[@]}"; do kill -KILL "$pid" 2>/dev/null; done
rm -rf -- "$folder"
