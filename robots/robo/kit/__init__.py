"""What a robot is made of: actions, the changes they announce, the sources and resources they offer."""
