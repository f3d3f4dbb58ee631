import WarderModel

/// Where a value stands in a file: the names and numbers on the way to it.
package struct Place: Hashable, Comparable, Sendable {
    package enum Step: Hashable, Sendable {
        case member(String)
        case element(Int)
    }

    package let steps: [Step]

    package init(_ steps: [Step] = []) { self.steps = steps }

    func member(_ name: String) -> Place { Place(steps + [.member(name)]) }
    func element(_ index: Int) -> Place { Place(steps + [.element(index)]) }

    /// RFC 6901: how a program names the place.
    package var pointer: String {
        steps.map { step in
            switch step {
            case .member(let name):
                "/" + name.replacing("~", with: "~0").replacing("/", with: "~1")
            case .element(let index): "/\(index)"
            }
        }.joined()
    }

    package static func < (left: Place, right: Place) -> Bool { left.pointer < right.pointer }
}

extension Place: CustomStringConvertible {
    /// How a person reads the place: `mcpServers › github › env › GITHUB_TOKEN`, without anything that could drive a
    /// terminal. Elements are counted from 1.
    package var description: String {
        steps.map { step in
            switch step {
            case .member(let name): Self.tamed(name)
            case .element(let index): "#\(index + 1)"
            }
        }.joined(separator: " › ")
    }

    private static func tamed(_ name: String) -> String {
        // Long enough for any path of a project; a name that somebody made to fill the screen ends here.
        String((PlainText(taming: name)?.text ?? "?").prefix(120))
    }
}
