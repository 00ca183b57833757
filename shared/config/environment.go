package config

import "os"

// Environment is Load from this process's environment.
func Environment() (Config, error) { return Load(os.Getenv) }

// EnvironmentOrigins is Origins from this process's environment.
func EnvironmentOrigins() []string { return Origins(os.Getenv) }
