"""The suite's plugins flow in; their fixtures are known to every test."""

pytest_plugins = ["plugins.golden", "plugins.servers", "plugins.worlds", "plugins.interleaving"]
