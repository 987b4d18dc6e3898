# bash completion for gpcs and pcs: the program itself says what may follow.
_gpcs() {
    local word lengths=()
    for word in "${COMP_WORDS[@]}"; do lengths+=("${#word}"); done
    mapfile -t COMPREPLY < <(env COMP_WORDS="${COMP_WORDS[*]}" COMP_LENGTHS="${lengths[*]}" \
        COMP_CWORD="$COMP_CWORD" PCS_AUTO_COMPLETE=1 gpcs 2>/dev/null)
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
}
complete -o default -F _gpcs gpcs pcs
