/** For bash and zsh: what the last start of the launcher in `folder` (an expression) recorded; no process but a subshell. */
export function namesForSh(folder: string): string {
  return `_prime_names() {
  local folder kind name
  folder=$(CDPATH='' builtin cd -P -- "${folder}" 2>/dev/null && pwd) || return
  folder=\${XDG_STATE_HOME:-$HOME/.local/state}/prime/at$folder/.plan/names
  [ -O "$folder" ] || return
  while read -r kind name; do
    case $kind$name in *[!A-Za-z0-9._:-]*) continue ;; esac
    [ "$kind" != "$1" ] || printf '%s\\n' "$name"
  done <"$folder"
}`;
}
