"""What the client decides, without waiting for anything: shared by threads and event loops."""
