package config

import (
	"net"
	"strings"
)

// emulator reads the address of an emulator. A deployed function refuses it: the Admin SDK
// would accept unsigned tokens, and the data of real users would go to that address.
func (l *loader) emulator(name, defaultPort string, deployed bool) string {
	if deployed {
		// This is not l.get, because the Admin SDK takes a space as a value too.
		if l.getenv(name) != "" {
			l.refuse(name, "is set in a deployed function", "Remove it: an emulator accepts unsigned tokens and is for local runs only")
		}
		return ""
	}
	v := l.get(name)
	if v == "" {
		return ""
	}
	example := "Write host:port and nothing else, as in 127.0.0.1:" + defaultPort
	if scheme, _, found := strings.Cut(v, "://"); found {
		if s := strings.ToLower(scheme); s == "http" || s == "https" {
			l.refuse(name, "begins with "+s+"://", example)
			return ""
		}
	}
	host, port, ok := splitHostPort(strings.TrimSuffix(v, "/"))
	if _, isPort := parsePort(port); !ok || !isPort || host == "" {
		l.refuse(name, "is not a host and a port", example)
		return ""
	}
	return net.JoinHostPort(host, port)
}

// refuseEmulators refuses, in a deployed function, the other variables that make a Firebase
// or Google Cloud client use an emulator.
func (l *loader) refuseEmulators(deployed bool) {
	if !deployed {
		return
	}
	for _, name := range []string{
		"FIREBASE_STORAGE_EMULATOR_HOST", "STORAGE_EMULATOR_HOST", "FIREBASE_DATABASE_EMULATOR_HOST",
		"FIREBASE_DATACONNECT_EMULATOR_HOST", "FIREBASE_EMULATOR_HUB", "FUNCTIONS_EMULATOR", "PUBSUB_EMULATOR_HOST",
		"DATASTORE_EMULATOR_HOST", "CLOUD_TASKS_EMULATOR_HOST", "CLOUD_EVENTARC_EMULATOR_HOST",
	} {
		if l.getenv(name) != "" {
			l.refuse(name, "is set in a deployed function", "Remove it: an emulator is for local runs only")
		}
	}
}
