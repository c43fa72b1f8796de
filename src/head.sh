#!/bin/sh
true /* prime: makes the environment of this repo, runs in it. editorconfig-checker-disable
# POSIX sh: a ready plan, else Node, which answers on 3; stdout is 4 then. @generated cspell:disable
prime_line='' prime_stale='' prime_app=''
# shellcheck disable=SC3028 # in dash and the like a sourced head finds a $0 that is no launcher
case ${BASH_VERSION:+bash}${ZSH_VERSION:+zsh}$0 in
bash*) unset -f [ true false echo read printf pwd command readlink exec eval set shift return exit \
    export . unset; [ "${BASH_SOURCE:-$0}" = "$0" ] || prime_line=sourced ;;
zsh*) case ${ZSH_EVAL_CONTEXT-} in *file*) prime_line=sourced ;; *) emulate sh ;; esac ;;
prime | *[/]prime) ;;
*) [ ! -f "$0" ] || { read -r prime_line && read -r prime_line; } <"$0" || prime_line=''
  case $prime_line in 'true /* prime: '*) prime_line='' ;; *) prime_line=sourced ;; esac ;;
esac
[ -z "$prime_line" ] || { echo 'prime: run it, do not source it: ./prime' >&2; return 2; }
{ true 3<&0 || exec </dev/null; true 3>&1 || exec >/dev/null; } 2>/dev/null
# shellcheck disable=SC3013 # bash puts the script on a closed 2; zsh ends when it writes there
case ${BASH_VERSION-}${ZSH_VERSION-} in '') true 3>&2 ;;
*) [ ! /dev/fd/2 -ef "$0" ] && { [ -e /dev/fd/2 ] || (true 3>&2); } ;; esac || exec 2>/dev/null
prime_self=$0; [ -e "$0" ] || prime_self=$(command -v -- "$0")
case $prime_self in [/]*) ;; *) prime_self=$PWD/$prime_self ;; esac
while [ -L "$prime_self" ]; do # in /, where a relative entry of PATH is nobody's
  prime_line=$(command cd / && readlink "$prime_self" && echo .)
  case $prime_line in [/]*) prime_self='' ;; *) prime_self=${prime_self%/*}/ ;; esac
  prime_self=$prime_self${prime_line%??}; done
# shellcheck disable=SC1090,SC3065,SC3067 # -k and -O are everywhere
prime_try() { # what this user's prime wrote in a folder that it has closed (-k), or root's seal
  prime_plan=$1/at$prime_dir/.plan/plan$prime_key; if case $1 in
    /var/lib/prime) [ -O "$prime_plan" ] || [ ! -w "${prime_plan%/*}" ] && [ -r "$prime_plan" ] ;;
    *) [ -O "$prime_plan" ] && [ -k "$1" ] && [ -O "$1" ] && [ ! -L "$1" ] ;;
    esac && [ ! -L "$prime_plan" ]; then shift && . "$prime_plan"; fi; }
# shellcheck disable=SC2034 # prime_quiet is for the plan
prime_warm() { # functions: what a plan shifts is back when it declines, by its return
  prime_quiet='' prime_run='' prime_why='' prime_was='' prime_dir=${prime_self%/*}
  prime_key=$prime_app; case ${XDG_STATE_HOME-}:${HOME-} in [/]*) prime_at=$XDG_STATE_HOME/prime ;;
  *:[/]*) prime_at=$HOME/.local/state/prime ;; *) prime_at=/var/lib/prime ;; esac
  while case $prime_app${1-} in # all words are an app's
    --group | --extra | --package | --with | --python | --no-group | --no-extra | --only-group)
      prime_line=$1=${2-} && shift ;;
    --*=* | --all-groups | --all-extras | --no-dev | --any-command) prime_line=$1 ;;
    -q | --quiet) [ -z "$prime_run" ] && prime_line='' prime_quiet=1 ;;
    run) case ${2-} in --?*) prime_line='' prime_run=1 ;; *) false ;; esac ;; *) false ;; esac; do
    case $prime_line in *= | *--*--* | *=*[!]A-Za-z0-9._\<\>=~,![-]*) return 0 ;; esac
    prime_key=$prime_key$prime_line && shift; done; set -- ${prime_run:+run} "$@"
  case $prime_dir/ in *[/]..[/]*) false ;; *) [ -e "$prime_at/at$prime_dir/.plan" ] ;; esac ||
  { prime_dir=$(CDPATH='' && command cd -P "$prime_dir/" && pwd -P && echo .)
    prime_dir=${prime_dir%??}; }
  prime_try "$prime_at" "$@"; prime_try ~root/.local/state/prime "$@"; prime_try /var/lib/prime "$@"
  [ -e "$prime_plan" ] || [ ! -e "${prime_plan%/*}" ] || prime_why="there is no $prime_plan; "; }
prime_warm "$@" # before what follows is read
prime_options=${NODE_OPTIONS+=}${NODE_OPTIONS-} prime_seen=''
prime_certs=${NODE_EXTRA_CA_CERTS+=}${NODE_EXTRA_CA_CERTS-} prime_rest=${PATH-}:$prime_was:
prime_load='{ let F = require("fs"), f = require("path").resolve(process.argv[1]), t = F.writeSync;
  if (!F.existsSync(f)) t(3, ": prime;"), t(6, "prime: not UTF-8, rename it: " + f + "\n");
  else eval((t = F.readFileSync(f, "latin1")).split("/" + "*loader")[1].split("*" + "/")[0])(
    require, process, F, f, t); }' # the loader is the first comment of the JavaScript below
prime_node() { # NODE ARG...: comes back from one that is no fit; 5, 4, 6 are the user's streams
  case "$prime_seen " in *" $1 "*) return ;; esac; [ -f "$1" ] && [ -x "$1" ] || return 0
  prime_status=0 prime_seen="$prime_seen $1" prime_node=$1; shift
  { [ ! -t 0 ] || exec </dev/null; [ ! -t 2 ] || exec 2>/dev/null # Node would set their modes
    prime_plan=$(NODE_OPTIONS='' NODE_EXTRA_CA_CERTS='' PRIME_NODE_OPTIONS=$prime_options \
      PRIME_NODE_EXTRA_CA_CERTS=$prime_certs NODE_CHANNEL_FD='' PRIME_HEAD=$$:$prime_stale \
      "$prime_node" -e "$prime_load" -- "$prime_self" "$@" 3>&1 >/dev/null) || prime_status=$?
  } 4>&1 5<&0 6>&2 0<&5 2>&6
  case $prime_plan in ': prime;'*': whole') eval "$prime_plan" ;; ': prime;'*) ;;
  *) prime_seen=$prime_seen$prime_plan; return 0 ;; esac
  echo "prime: the program ended with status $prime_status under $prime_node" >&2
  [ "$prime_status" -le 128 ] || exit $((prime_status & 127 | 128)); exit 125; }
while [ -n "$prime_rest" ]; do case $prime_rest in [/]*) prime_node "${prime_rest%%:*}/node" "$@"
    prime_node "${prime_rest%%:*}/nodejs" "$@" ;; esac; prime_rest=${prime_rest#*:}; done
# shellcheck disable=SC3067 # where cron does not look; root starts there what is root's alone
for prime_line in ~/.nvm/versions/node/v*[0-9] ~/.local/share/mise/installs/node/*[0-9] /usr/local \
  ~/.asdf/installs/nodejs/*[0-9] ~/.volta/tools/image/node/*[0-9] ~/.nodenv/versions/*[0-9] ~/n \
  ~/.local/share/fnm/node-versions/v*[0-9]/installation /opt/homebrew /home/linuxbrew/.linuxbrew; do
  { [ -O / ] && [ ! -O "$prime_line/bin/node" ]; } || prime_node "$prime_line/bin/node" "$@"; done
# shellcheck disable=SC1090
[ -z "$prime_stale" ] || [ ! -f "$prime_stale+why" ] || . "$prime_stale+why"
echo "prime: ${prime_why}found no Node.js that works (tried:${prime_seen:- no node on PATH});" \
  "install Node.js 18.19 or newer from the system's packages, and start again" >&2; exit 125
# shellcheck disable=SC2317 # no sh comes here, and what reads all of the file finds one text
: <<'JAVASCRIPT' # */
