/// Finds secrets among the arguments of a program.
struct ArgumentReader {
    private let program: ServerEntry.Program
    private let place: Place
    private(set) var candidates: [Candidate] = []

    /// Looks through the arguments from `first` on, before which the name of the server's own program stands; `place`
    /// is that of the list.
    init(_ program: ServerEntry.Program, commandName: String, from first: Int, place: Place) {
        self.program = program
        self.place = place
        let words = program.arguments.map(\.text)[first...]
        let containers = ContainerOptions(words, program: commandName)
        let texts = ShellText.places(in: words, of: commandName)
        let known = Set(containers.variables.keys).union(texts)
        let options = OptionValue.read(Array(words), except: Set(known.map { $0 - first }))
        let byWord = Dictionary(uniqueKeysWithValues: options.map { ($0.word + first, $0) })
        let own = ContainerOptions.own(in: [commandName] + words)
        for index in words.indices {
            if let variable = containers.variables[index] { add(variable, at: index) }
            if texts.contains(index) { add(shellText: index) }
            // What is started stands among the first words.
            if let option = byWord[index] {
                let programs = [commandName] + words[..<index].prefix(8)
                add(option, at: index, of: programs, isOfContainer: own.contains(index - first + 1))
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

    private mutating func add(_ option: OptionValue, at index: Int, of programs: [String], isOfContainer: Bool) {
        let argument = program.arguments[index]
        let value = String(decoding: Array(argument.text.utf8)[option.head...], as: UTF8.self)
        let found = option.spans(in: value, of: programs, isOfContainer: isOfContainer)
        add(
            Candidate(
                .argument(index),
                place: place.element(index),
                node: argument.node,
                name: option.name,
                value: value,
                found.spans,
                found.innocence
            )
        )
    }

    private mutating func add(shellText index: Int) {
        let argument = program.arguments[index]
        let spans = ValueReader.apart(
            ValueReader(name: nil, value: argument.text).spans + ShellText(argument.text).spans
        )
        add(
            Candidate(
                .argument(index),
                place: place.element(index),
                node: argument.node,
                name: nil,
                value: argument.text,
                spans,
                isShellText: true
            )
        )
    }

    private mutating func add(_ candidate: Candidate) {
        if candidate.isSecret || candidate.innocence != nil { candidates.append(candidate) }
    }
}
