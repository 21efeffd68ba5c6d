#!/usr/bin/env node
/** Starts the seamfold command. */
export {}
