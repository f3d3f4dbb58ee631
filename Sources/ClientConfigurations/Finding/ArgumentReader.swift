/// Finds secrets among the arguments of a program.
struct ArgumentReader {
    private let program: ServerEntry.Program
    private let place: Place
    private let containers: ContainerOptions
    private(set) var candidates: [Candidate] = []

    /// Looks through the arguments from `first` on, before which the name of the server's own program stands; `place`
    /// is that of the list.
    init(_ program: ServerEntry.Program, commandName: String, from first: Int, place: Place) {
        self.program = program
        self.place = place
        containers = ContainerOptions(program.arguments.map(\.text)[first...], program: commandName)
        var index = first
        while index < program.arguments.count {
            if let variable = containers.variables[index] {
                add(variable, at: index)
                index += 1
            } else {
                index += readOption(at: index)
            }
        }
    }

    private mutating func add(_ variable: ContainerOptions.Variable, at index: Int) {
        let text = Array(program.arguments[index].text.utf8)
        candidates.append(
            Candidate(
                .containerVariable(argument: index, head: variable.head),
                place: place.element(index),
                node: program.arguments[index].node,
                name: variable.name,
                value: String(decoding: text[variable.head...], as: UTF8.self)
            )
        )
    }

    /// Looks at an argument, and at the one behind it where that is its value; answers how many it were.
    private mutating func readOption(at index: Int) -> Int {
        let text = program.arguments[index].text
        guard text.hasPrefix("-") else {
            addArgument(index, name: nil, value: text)
            return 1
        }
        let bytes = Array(text.utf8)
        if let equals = bytes.firstIndex(of: UInt8(ascii: "=")) {
            let value = String(decoding: bytes[(equals + 1)...], as: UTF8.self)
            addArgument(
                index,
                name: String(decoding: bytes[..<equals], as: UTF8.self),
                value: value
            )
            return 1
        }
        let next = index + 1
        guard next < program.arguments.count, containers.variables[next] == nil else {
            addArgument(index, name: nil, value: text)
            return 1
        }
        let value = program.arguments[next].text
        guard !value.hasPrefix("-") || SecretNames.meaning(of: text) != nil && !value.hasPrefix("--") else {
            addArgument(index, name: nil, value: text)
            return 1
        }
        addArgument(next, name: text, value: value)
        return 2
    }

    private mutating func addArgument(_ index: Int, name: String?, value: String) {
        let node = program.arguments[index].node
        let candidate = Candidate(.argument(index), place: place.element(index), node: node, name: name, value: value)
        if candidate.isSecret || candidate.innocence != nil { candidates.append(candidate) }
    }
}
