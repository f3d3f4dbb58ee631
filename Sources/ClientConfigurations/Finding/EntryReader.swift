/// Finds the secrets in one server's entry.
struct EntryReader {
    private(set) var candidates: [Candidate] = []
    private let copies: Set<[UInt8]>

    /// - Parameters:
    ///   - entry: is looked through.
    ///   - launch: how it starts its server through Warder already, if it does.
    ///   - copies: values that are moved from other places.
    init(_ entry: ServerEntry, launch: ManagedLaunch?, copies: Set<[UInt8]>) {
        self.copies = copies
        switch entry.kind {
        case .program(let program): read(program, of: entry, launch: launch)
        case .remote(let remote): read(remote, of: entry)
        // What was not understood is looked through all the same: it is said that a secret lies there.
        case .unclear: readOthers(of: entry, except: [])
        }
    }

    private mutating func read(_ program: ServerEntry.Program, of entry: ServerEntry, launch: ManagedLaunch?) {
        let environment = entry.place.member("env")
        for variable in program.variables {
            addVariable(
                Candidate(
                    .variable(variable.index),
                    place: environment.member(variable.name),
                    node: variable.node,
                    name: variable.name,
                    value: variable.value
                )
            )
        }
        let commandName = launch?.commandName ?? program.commandName
        let arguments = ArgumentReader(
            program,
            commandName: commandName,
            from: launch.map { $0.program + 1 } ?? 0,
            place: entry.place.member("args")
        )
        for candidate in arguments.candidates {
            if case .containerVariable = candidate.carrier { addVariable(candidate) } else { add(candidate) }
        }
        readOthers(of: entry, except: ["env", "args"])
    }

    private mutating func read(_ remote: ServerEntry.Remote, of entry: ServerEntry) {
        let headers = entry.place.member("headers")
        for header in remote.headers {
            add(
                Candidate(
                    .header,
                    place: headers.member(header.name),
                    node: header.node,
                    name: header.name,
                    value: header.value
                )
            )
        }
        let name = remote.url.name ?? ""
        if let url = remote.url.value.text {
            add(Candidate(.address, place: entry.place.member(name), node: remote.url.value, name: nil, value: url))
        }
        readOthers(of: entry, except: ["headers", name])
    }

    private mutating func readOthers(of entry: ServerEntry, except known: Set<String>) {
        for member in entry.node.members where !known.contains(member.name ?? "") {
            readOther(member.value, name: member.name, place: entry.place.member(member.name ?? "?"))
        }
    }

    private mutating func readOther(_ node: SyntaxNode, name: String?, place: Place) {
        switch node.kind {
        case .object:
            for member in node.members {
                readOther(member.value, name: member.name, place: place.member(member.name ?? "?"))
            }
        case .array:
            for (index, element) in node.elements.enumerated() {
                readOther(element, name: name, place: place.element(index))
            }
        case .text:
            if name == "envFile" {
                add(Candidate(.other, place: place, node: node, name: name, innocence: .otherFile))
            } else if let text = node.text {
                add(Candidate(.other, place: place, node: node, name: name, value: text))
            }
        case .number, .bool, .null: return
        }
    }

    /// The same value under another name is the same secret, whatever that name says.
    private mutating func addVariable(_ candidate: Candidate) {
        let isSure = candidate.evidence.map { $0.certainty > .doubtful } ?? false
        add(!isSure && copies.contains(Array(candidate.value.utf8)) ? candidate.asCopy() : candidate)
    }

    private mutating func add(_ candidate: Candidate) {
        if candidate.isSecret || candidate.innocence != nil { candidates.append(candidate) }
    }
}
