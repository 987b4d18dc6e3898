# fish completion for gpcs and pcs: the program itself says what may follow.
function __gpcs_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l lengths
    for word in $words
        set -a lengths (string length -- "$word")
    end
    env COMP_WORDS="$words" COMP_LENGTHS="$lengths" COMP_CWORD=(math (count $words) - 1) \
        PCS_AUTO_COMPLETE=1 gpcs 2>/dev/null
end
complete -c gpcs -a '(__gpcs_complete)'
complete -c pcs -a '(__gpcs_complete)'
