"""4 · The office plans the exercise: who does what until when, what slips, and what the survey costs."""
