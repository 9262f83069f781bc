"""The platforms, as clients: requests out, dataclasses and named errors back."""
