"""What JupyterLab and Voilà start with: settings, a template, a connection to the kernel."""
