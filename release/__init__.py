"""What turns this repository into a release: the licences it stands on, and `make release`."""
