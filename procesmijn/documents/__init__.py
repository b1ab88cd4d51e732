"""What is printed for people: the only home of Jinja2 templates for files, and of Typst."""
