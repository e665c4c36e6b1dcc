"""Starting at login, by what each system has for it: one shape, chosen in `choose`."""
