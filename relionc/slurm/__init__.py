"""What is true of Slurm itself, whatever the site: options of sbatch, and how it reads `#SBATCH` lines."""
