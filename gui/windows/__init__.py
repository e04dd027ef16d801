"""Top-level windows and dialogs; they connect controllers to widgets."""
