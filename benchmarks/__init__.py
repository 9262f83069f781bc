"""What the design promises, measured: ratios in one run, both sides interleaved."""
