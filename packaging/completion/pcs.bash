# bash completion for gpcs and pcs: the program itself says what may follow.
_gpcs() {
    local line=${COMP_LINE:0:COMP_POINT} word current prefix lengths=() words=()
    # bash cuts words at ":" and "=", which names of agents and options hold.
    read -ra words <<<"$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    for word in "${words[@]}"; do lengths+=("${#word}"); done
    mapfile -t COMPREPLY < <(env COMP_WORDS="${words[*]}" COMP_LENGTHS="${lengths[*]}" \
        COMP_CWORD="$((${#words[@]} - 1))" PCS_AUTO_COMPLETE=1 gpcs 2>/dev/null)
    current=${words[-1]}
    if [[ $current == *[:=]* && $COMP_WORDBREAKS == *:* ]]; then
        prefix=${current%"${current##*[:=]}"} # stays as it was typed
        COMPREPLY=("${COMPREPLY[@]#"$prefix"}")
    fi
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
}
complete -o default -F _gpcs gpcs pcs
