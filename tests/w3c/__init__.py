"""The test suites of W3C, through what this program makes of them: its store, its endpoint, its parser, its judge."""
