package setcache

// Open opens the function as the first request does.
var Open = open
