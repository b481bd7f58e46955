#!/bin/bash
# The script of a job of this study for Slurm. It is yours to edit and to keep: later jobs are made from it.
# What stands in double braces is filled in for each job; "histobook train STUDY --on slurm --dry-run" shows the result.
#SBATCH --job-name={{name}}
#SBATCH --array={{array}}
#SBATCH --output={{log}}
#SBATCH --cpus-per-task=2
#SBATCH --mem=4G
{{resources}}
# Lines that some clusters ask for (take away one # to make one count):
##SBATCH --partition=gpu
##SBATCH --account=NAME
##SBATCH --time=24:00:00
##SBATCH --gpus=1
# Two minutes before the time limit the work is asked to stop, and goes back into the queue.
#SBATCH --signal=B:TERM@120
#SBATCH --requeue
#SBATCH --open-mode=append

# What makes node known on a compute node, such as: module load nodejs
{{setup}}

cd {{study}} || exit
task=$SLURM_ARRAY_TASK_ID
job=$SLURM_JOB_ID

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

# The work leaves what it has (a training a snapshot) and ends, some seconds after it is asked to.
stopping=
trap 'stopping=1; woken=1; kill -TERM $work 2>/dev/null' TERM
while :; do
  woken=
  wait $work
  status=$?
  [ -n "$woken" ] || break
done

# A job that was cancelled is no longer RUNNING. One that still is was asked because its time ends or its place is needed.
if [ -n "$stopping" ] && [ $status -ne 0 ]; then
  this=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID
  case $(scontrol show job --oneliner "$this") in
    *JobState=RUNNING*)
      if [ "${SLURM_RESTART_COUNT:-0}" -lt 100 ] && scontrol requeue "$this"; then
        echo "Back into the queue."
        sleep 600
      fi
      ;;
  esac
  say stopped $status
else
  say ended $status
fi
# Done, but some inputs were passed over, which the log names.
[ $status -ne 3 ] || status=0
exit $status
