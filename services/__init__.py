"""The lower layer: one folder per Ray Serve deployment. Knows nothing of workflows."""
