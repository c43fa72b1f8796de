/** Its own docstring says what it does. */
export { default as DETACH_PY } from "./app/detach.py";
export { default as PRIME_APP_PY } from "./app/prime_app.py";
export { default as RUN_APP_PY } from "./app/run_app.py";
export { default as TRIAL_HOOK_PY } from "./app/trial_hook.py";
export { default as WATCH_PY } from "./app/watch.py";
export { default as CHECK_WHEELS_PY } from "./check_wheels.py";
export { default as COMPILE_LIBRARY_PY } from "./compile_library.py";
export { default as ENTRY_CALL_PY } from "./entry_call.py";
export { default as EXTENSIONS_PY } from "./extensions.py";
export { default as PROBE_PY } from "./probe.py";
export { default as RUN_SELECTOR_PY } from "./run_selector.py";
/** Run inside a finished environment, isolated (`-I`); its own docstring says what it takes and prints. */
export { default as VALIDATE_PY } from "./validate.py";
export { default as WHEEL_METADATA_PY } from "./wheel_metadata.py";
