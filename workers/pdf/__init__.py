"""Tables of PDF pages from geometry alone: words and ruling lines in, tables with cells out. No model weights."""
