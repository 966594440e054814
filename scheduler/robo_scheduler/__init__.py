"""The service: runs that begin by themselves or on demand, and go on by themselves after whatever stops them."""
