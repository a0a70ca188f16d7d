"""The built-in face of the review: server-rendered pages over the functions of the schema `review`."""
