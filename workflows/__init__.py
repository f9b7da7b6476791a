"""The upper layer: workflow graphs over the services, and the HTTP and command-line doors to them."""
