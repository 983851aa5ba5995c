"""What people meet: the pages in headless Chromium, with and without scripts, by mouse and by keyboard."""
