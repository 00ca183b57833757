package config

import "strings"

// Problem is one thing that is wrong with the configuration. Of a configured value, its
// texts hold at most a scheme, a host or a port.
type Problem struct {
	Variable string // the environment variable, or two that disagree: "REDIS_SERVER and REDIS_URL"
	Reason   string // what is wrong, as the end of a sentence that begins with Variable: "is empty"
	Fix      string // what to do, as a sentence without its full stop
}

// Error returns the problem as one line: "SESSION_TTL is not a length of time. Write it as
// 168h or 7d."
func (p Problem) Error() string {
	return p.Variable + " " + p.Reason + ". " + p.Fix + "."
}

// Problems is the error of Load: everything that is wrong, in the order in which Load reads
// the variables. errors.As finds it, and also the first Problem in it.
type Problems []Problem

// Error returns one line for each problem.
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
