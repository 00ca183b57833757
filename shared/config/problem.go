package config

import "strings"

// Problem is one thing that is wrong with the configuration. None of its texts holds a value that was configured, other
// than a scheme, a host or a port.
type Problem struct {
	Variable string // the environment variable, or the two that disagree: "REDIS_SERVER and REDIS_URL"
	Reason   string // what is wrong, as the rest of a sentence that begins with the variable: "is empty"
	Fix      string // what to do, as a sentence without its full stop
}

// Error returns the problem as one line: "SESSION_TTL is not a length of time. Write it as 168h or 7d."
func (p Problem) Error() string {
	return p.Variable + " " + p.Reason + ". " + p.Fix + "."
}

// Problems are all the things that are wrong, in the order in which .env.example lists the variables. Load returns it
// as its error: reach it with errors.As, or range over the single Problem values the same way.
type Problems []Problem

// Error returns one line a problem.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.As find a Problem.
func (ps Problems) Unwrap() []error {
	errs := make([]error, len(ps))
	for i, p := range ps {
		errs[i] = p
	}
	return errs
}
