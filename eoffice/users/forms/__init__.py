"""Forms of the users room: signing in, offices and posts, people and accounts."""
