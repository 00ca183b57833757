package fetch

// NewWith gives tests a Fetcher with a dialer of their own.
var NewWith = newFetcher
