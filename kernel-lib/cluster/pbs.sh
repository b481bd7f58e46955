#!/bin/bash
# The script of a job of this study for PBS (Torque, OpenPBS). It is yours to edit and to keep: later jobs are made from it.
# What stands in double braces is filled in for each job; "histobook train STUDY --on pbs --dry-run" shows the result.
#PBS -N {{name}}
#PBS -l nodes=1:ppn=2
{{resources}}
# Lines that some clusters ask for (take away one # to make one count):
##PBS -q gpu
##PBS -A NAME
##PBS -l walltime=24:00:00
##PBS -l mem=4gb
# After a lost node the job may run again.
#PBS -r y

# What makes node known on a compute node, such as: module load nodejs
{{setup}}

cd {{study}} || exit
# Torque's name for the task's number, OpenPBS', and that of Slurm behind a qsub; a single task has none.
task=${PBS_ARRAYID:-${PBS_ARRAY_INDEX:-${SLURM_ARRAY_TASK_ID:-1}}}
job=${PBS_JOBID:-$SLURM_JOB_ID}
exec >>"{{jobs}}/$task.log" 2>&1

case $task in
{{tasks}}
esac

# Writes down what has become of the task: the scheduler forgets it.
say() {
  printf '{"state":"%s","status":%d,"job":"%s","host":"%s"}\n' "$1" "$2" "$job" "$HOSTNAME" >"{{jobs}}/.$task.$job" &&
    mv -f "{{jobs}}/.$task.$job" "{{jobs}}/$task.json"
}

say running 0
{{command}} "${arguments[@]}" &
work=$!

# PBS gives little warning of a time limit, so the work is stopped some minutes before one that --time has named.
seconds={{seconds}}
alarm=
if [ -n "$seconds" ]; then
  (trap 'kill $!; exit' TERM; sleep "$seconds" & wait $!; kill -TERM $$) &
  alarm=$!
fi

# The work leaves what it has (a training a snapshot) and ends, some seconds after it is asked to.
stopping=
trap 'stopping=1; woken=1; kill -TERM $work 2>/dev/null' TERM
while :; do
  woken=
  wait $work
  status=$?
  [ -n "$woken" ] || break
done
[ -z "$alarm" ] || kill -TERM $alarm 2>/dev/null

if [ -n "$stopping" ] && [ $status -ne 0 ]; then
  echo "Stopped before its end; the same command again goes on from here."
  say stopped $status
else
  say ended $status
fi
# Done, but some inputs were passed over, which the log names.
[ $status -ne 3 ] || status=0
exit $status
