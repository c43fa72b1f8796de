#!/bin/sh -f
true /* prime: makes the environment of this repo. cspell:disable editorconfig-checker-disable
# shellcheck disable=SC1090,SC2034,SC2166,SC3013,SC3028,SC3065,SC3067 # @generated
{ prime_stale='' prime_app='' prime_quiet='' prime_was='' prime_tried='' prime_back=''
prime_try() { # what this user's prime wrote in a folder that it closed (-k, alone for ksh93)
  prime_plan=$prime_at/at$prime_dir/.plan/plan$prime_key; if [ -k "$prime_at" ] && [ \
    -O "$prime_at" -a ! -L "$prime_at" -a -O "$prime_plan" -a ! -L "$prime_plan" -a \
    -f "$prime_plan" ]; then command . "$prime_plan"; fi; } # a torn one ends no shell by that
# A start by dash or its like mostly ends here: to read on takes it as long as a small plan.
prime_at=${XDG_STATE_HOME:-${HOME-}/.local/state}/prime prime_key=$prime_app prime_dir=''
case ${BASH_VERSION-}${ZSH_VERSION-}$0 in *[/]..[/]*) ;; ./prime) prime_dir=$PWD ;;
[/]*[/]prime) prime_dir=${0%/*} ;; esac; prime_self=$prime_dir/prime
case $prime_key${1-}:${2-} in : | run:[!-]* | [!-]*[/]*:* | +*) ;; *) prime_dir='' ;; esac
case ${prime_at%%/*}$prime_dir in [/]*)
  if [ ! -L "$prime_self" ] && true 3>&2 && { true 3<&0 3>&1; } 2>&-; then
    set +f; prime_try "$@"; prime_tried=$prime_at$prime_dir$prime_key; fi ;; esac; }
# shellcheck disable=SC3013,SC3028 # in dash a sourced head finds a $0 that is no launcher
{ prime_line=''; case ${BASH_VERSION:+bash}${ZSH_VERSION:+zsh}$0 in
bash*) POSIXLY_CORRECT=${POSIXLY_CORRECT-}; unset -f [ true false echo read printf pwd command cd \
    readlink kill wait sleep; [ "${BASH_SOURCE:-$0}" = "$0" ] || prime_line=sourced ;;
zsh*) case ${ZSH_EVAL_CONTEXT-} in *file*) prime_line=sourced ;; *) emulate sh ;; esac ;;
prime | *[/]prime) ;;
*) [ ! -f "$0" ] || { read -r prime_line && read -r prime_line; } <"$0" || prime_line=''
  case $prime_line in 'true /* prime: '*) prime_line='' ;; *) prime_line=sourced ;; esac ;;
esac; [ -z "$prime_line" ] || { echo 'prime: run it, do not source it: ./prime' >&2; return 2; }
set +f; { true 3<&0 || exec </dev/null; true 3>&1 || exec >/dev/null; } 2>/dev/null
case ${BASH_VERSION-}${ZSH_VERSION-} in '') true 3>&2 ;; # bash puts the script on a closed 2
*) [ ! /dev/fd/2 -ef "$0" ] && { [ -e /dev/fd/2 ] || (true 3>&2); } ;; esac || exec 2>/dev/null; }
prime_self=$0; [ -e "$0" ] || prime_self=$(command -v -- "$0")
case $prime_self in [/]*) ;; *) prime_self=$PWD/${prime_self#./} ;; esac
while [ -L "$prime_self" ]; do prime_line=$(command cd / && PATH=/usr/bin:/bin:$PATH \
  readlink "$prime_self" && echo .); case $prime_line in [/]*) prime_self='' ;; *)
  prime_self=${prime_self%/*}/ ;; esac; prime_self=$prime_self${prime_line%??}; done # no clone's
# shellcheck disable=SC1090,SC2034,SC3065,SC3067 # -k and -O are everywhere; a plan is sourced
{ prime_kept() { prime_plan=$prime_stale prime_back=$prime_stale+kept; [ -L "$prime_back" ] ||
  [ ! -f "$prime_back" ] || [ ! -O "$prime_back" ] || command . "$prime_back"; prime_back=''; }
prime_warm() { # functions: what a plan shifts is back when it declines, by its return
  prime_quiet='' prime_run='' prime_why='' prime_dir=${prime_self%/*} prime_key=$prime_app; case \
    ${XDG_STATE_HOME-}:${HOME-} in [/]*) prime_at=$XDG_STATE_HOME/prime ;;
  *:[/]*) prime_at=$HOME/.local/state/prime ;; *) prime_at=/var/lib/prime ;; esac
  while case ${prime_key%%[!+]*}${1-} in --group | --extra | --package | --with | --python | \
    --no-group | --no-extra | --only-group) prime_line=$1=${2-} && shift ;; --*=* | --all-groups | \
    --all-extras | --no-dev | --any-command) prime_line=$1 ;; -q | --quiet) [ -z "$prime_run" ] &&
      prime_line='' prime_quiet=1 ;; app | run) case $1:${2-}:$prime_key in run:--?*) prime_line=''
      prime_run=1 ;; app:run:) shift && prime_line=+app ;; *) false ;; esac ;; *) false ;; esac; do
    case $prime_line in *= | *--*--* | *=*[!]A-Za-z0-9._\<\>=~,![-]*) return 0 ;; esac
    prime_key=$prime_key$prime_line && shift; done; set -- ${prime_run:+run} "$@"
  case $prime_dir/ in *[/]..[/]*) false ;; *) [ -e "$prime_at/at$prime_dir/.plan" ] ;; esac ||
  { prime_dir=$(command cd -P "$prime_dir/" && pwd -P && echo .); prime_dir=${prime_dir%??}; }
  [ "$prime_at$prime_dir$prime_key" = "$prime_tried" ] || prime_try "$@"
  [ -z "$prime_stale" ] || prime_kept "$@"; prime_at=~root/.local/state/prime; prime_try "$@"
  prime_plan=/var/lib/prime/at$prime_dir/.plan/plan$prime_key # root's seal
  if { [ -O "$prime_plan" ] || [ ! -w "${prime_plan%/*}" ] && [ -r "$prime_plan" ]; } &&
    [ ! -L "$prime_plan" ]; then command . "$prime_plan"; fi
  [ -e "$prime_plan" ] || [ ! -e "${prime_plan%/*}" ] || prime_why="there is no $prime_plan; "; }; }
prime_warm "$@"; prime_options=${NODE_OPTIONS+=}${NODE_OPTIONS-} prime_seen='' prime_tried=''
prime_certs=${NODE_EXTRA_CA_CERTS+=}${NODE_EXTRA_CA_CERTS-}
prime_load='{ let F = require("fs"), f = require("path").resolve(process.argv[1]), t = F.writeSync;
  if (!F.existsSync(f)) t(3, ": prime;"), t(6, "prime: not UTF-8, rename it: " + f + "\n"); else
  eval((t = F.readFileSync(f)).toString("ascii", 0, 2e4).split(/[/][*]loader|[*]\/\s/)[2])(F,f,t)}'
prime_is() { read -r prime_line <"/proc/$1/stat" && [ -z "${prime_line##*') '?" $2 "*}" ]; }
prime_watch() { exec 7>&- 8>&- 9>&- # kills a Node that outlives its shell, as a child of that Node
  trap '' 1 2 15; trap 'kill -9 $!; exit' USR1; command cd / || exit
  while PATH=/usr/bin:/bin:$PATH sleep 1 & wait $! && prime_is self "$prime_of"; do
    prime_is "$prime_of" $$ || [ $((prime_status += 1)) -lt 5 ] || kill -9 "$prime_of"; done; }
prime_node() { # NODE ARG...: comes back from one that is no fit; 5, 4, 6 are the user's streams
  case "$prime_seen " in *" $1 "*) return ;; esac; [ -f "$1" ] && [ -x "$1" ] || return 0
  [ -n "$prime_app$prime_own" ] || ! (command cd -P "${1%/*}/" && until [ . -ef "$prime_dir/" ]
    do [ ! . -ef / ] && command cd -P .. || exit; done) || return 0 # the clone's own come last
  prime_status=0 prime_exec='' prime_seen="$prime_seen $1" prime_node=$1; shift
  { [ ! -t 0 ] || exec </dev/null; [ ! -t 2 ] || exec 2>/dev/null # Node would set their modes
    prime_plan=$([ -r /proc/self/stat ] && prime_is self $$ && prime_of=${prime_line%% *} &&
      { prime_exec=1; prime_watch <&- >&- 2>&- 3>&- 4>&- 5>&- 6>&- & }
      NODE_OPTIONS='' NODE_EXTRA_CA_CERTS='' PRIME_NODE_OPTIONS=$prime_options NODE_CHANNEL_FD='' \
      PRIME_NODE_EXTRA_CA_CERTS=$prime_certs PRIME_HEAD=$$:$!:$prime_stale ${prime_exec:+exec} \
      "$prime_node" -e "$prime_load" -- "$prime_self" "$@" 3>&1 >/dev/null) || prime_status=$?
  } 4>&1 5<&0 6>&2 0<&5 2>&6; case $prime_plan in ': prime;'*': whole') eval "$prime_plan" ;;
  ': prime;'*) ;; *) prime_seen=$prime_seen$prime_plan; return 0 ;; esac
  echo "prime: the program ended with status $prime_status under $prime_node" >&2
  [ "$prime_status" -le 128 ] || exit $((prime_status & 127 | 128)); exit 125; }
# shellcheck disable=SC1090,SC2034,SC3045,SC3067 # cron has a short PATH; root starts root's alone
{ for prime_own in '' 1; do prime_rest=${PATH-}:$prime_was:; while [ -n "$prime_rest" ]; do
    case $prime_rest in [/]*) prime_node "${prime_rest%%:*}/node" "$@"
    prime_node "${prime_rest%%:*}/nodejs" "$@" ;; esac; prime_rest=${prime_rest#*:}; done
for prime_at in ~/.nvm/versions/node/v*[0-9] ~/.local/share/mise/installs/node/*[0-9] /usr/local \
  ~/.asdf/installs/nodejs/*[0-9] ~/.volta/tools/image/node/*[0-9] ~/.nodenv/versions/*[0-9] ~/n \
  ~/.local/share/fnm/node-versions/v*[0-9]/installation /opt/homebrew /home/linuxbrew/.linuxbrew; do
  { [ -O / ] && [ ! -O "$prime_at/bin/node" ]; } || prime_node "$prime_at/bin/node" "$@"; done; done
prime_last=never; prime_warm "$@" # an app that only wants to look for a release starts without
[ -z "$prime_stale" ] || prime_why=$(command . "$prime_stale+why" 2>&-; printf %s "$prime_why")
prime_rest="install Node.js 18.19 or newer from the system's packages" prime_line=$(ulimit -n)
case $prime_line:$prime_seen in ?:?* | ??:?*) # too few for Node, which aborts then
  prime_rest="allow 256 open files in place of $prime_line (ulimit -n, LimitNOFILE)" ;; esac; }
echo "prime: ${prime_why}found no Node.js that works (tried:${prime_seen:- no node on PATH});" \
  "$prime_rest, and start again" >&2; exit 125
# shellcheck disable=SC2317 # no sh comes here, and what reads all of the file finds one text
: <<'JAVASCRIPT' # */
