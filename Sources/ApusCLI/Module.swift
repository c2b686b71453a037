// Placeholder until the module's first type is here.
