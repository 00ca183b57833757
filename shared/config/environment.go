package config

import "os"

// Environment calls Load with this process's environment.
func Environment() (Config, error) { return Load(os.Getenv) }

// EnvironmentOrigins calls Origins with this process's environment.
func EnvironmentOrigins() []string { return Origins(os.Getenv) }
