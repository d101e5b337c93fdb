"""The one migration history. Each step runs beside the code before it; a step is never edited once released."""
