"""Reading model files before native code sees them."""
