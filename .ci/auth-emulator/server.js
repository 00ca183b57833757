// The official Firebase Auth emulator without the firebase command around it, which
// would ask for a project, a configuration and the network.
// Usage: NODE_PATH=…/node_modules node server.js PORT
const { createApp } = require("firebase-tools/lib/emulator/auth/server");

// Calls that carry only an API key, as a browser's do, act on this project.
const project = "demo-pantry";

createApp(project).then((app) => {
  app.listen(Number(process.argv[2]), "127.0.0.1");
});
