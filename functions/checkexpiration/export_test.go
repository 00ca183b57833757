package checkexpiration

// Open is what the first request calls.
var Open = open
