package config

import "os"

// Environment is Load from this process's environment.
func Environment() (Config, error) { return Load(os.Getenv) }
