/// Finds any of a few byte strings in a text that comes in pieces: the automaton of Aho and Corasick.
///
/// Its states are what the text that was read so far may be the beginning of. What it looks for lies in it in ordinary
/// memory.
final class FormTrie: Sendable {
    /// A place within one or more of the strings; 0 is before all of them.
    typealias State = Int32

    private struct Node {
        var byte: UInt8
        /// How many bytes lead here, which is as many as must be kept back.
        var depth: Int32
        /// The longest string that ends here, in bytes; 0 for none.
        var found: Int32 = 0
        var firstChild: State = 0
        var nextSibling: State = 0
        /// The longest other beginning of a string that the bytes up to here end with.
        var fallback: State = 0
    }

    private let nodes: [Node]
    /// The first step, which nearly every byte of a text takes.
    private let starts: [State]

    init(_ forms: [[UInt8]]) {
        var nodes = [Node(byte: 0, depth: 0)]
        nodes.reserveCapacity(1 + forms.reduce(0) { $0 + $1.count })
        for form in forms {
            var state: State = 0
            for byte in form {
                if let next = Self.child(of: state, byte, in: nodes) {
                    state = next
                } else {
                    let depth = nodes[Int(state)].depth + 1
                    nodes.append(Node(byte: byte, depth: depth, nextSibling: nodes[Int(state)].firstChild))
                    nodes[Int(state)].firstChild = State(nodes.count - 1)
                    state = State(nodes.count - 1)
                }
            }
            if state != 0 { nodes[Int(state)].found = Int32(form.count) }
        }
        var starts = [State](repeating: 0, count: 256)
        for byte in UInt8.min...UInt8.max { starts[Int(byte)] = Self.child(of: 0, byte, in: nodes) ?? 0 }
        Self.connect(&nodes)
        self.nodes = nodes
        self.starts = starts
    }

    /// How many of the bytes that were read last may become part of a string.
    func depth(_ state: State) -> Int { Int(nodes[Int(state)].depth) }

    /// The longest string that ends with the byte that was read last; 0 for none.
    func found(_ state: State) -> Int { Int(nodes[Int(state)].found) }

    /// The state after one byte more.
    func step(_ state: State, _ byte: UInt8) -> State {
        var state = state
        while state != 0 {
            if let next = Self.child(of: state, byte, in: nodes) { return next }
            state = nodes[Int(state)].fallback
        }
        return starts[Int(byte)]
    }

    private static func child(of state: State, _ byte: UInt8, in nodes: [Node]) -> State? {
        var child = nodes[Int(state)].firstChild
        while child != 0 {
            if nodes[Int(child)].byte == byte { return child }
            child = nodes[Int(child)].nextSibling
        }
        return nil
    }

    /// Sets the fallbacks, nearest to the beginning first.
    private static func connect(_ nodes: inout [Node]) {
        var queue: [State] = [0]
        var position = 0
        while position < queue.count {
            let parent = queue[position]
            position += 1
            var child = nodes[Int(parent)].firstChild
            while child != 0 {
                queue.append(child)
                var fallback = parent == 0 ? 0 : nodes[Int(parent)].fallback
                var target = parent == 0 ? nil : Self.child(of: fallback, nodes[Int(child)].byte, in: nodes)
                while target == nil, fallback != 0 {
                    fallback = nodes[Int(fallback)].fallback
                    target = Self.child(of: fallback, nodes[Int(child)].byte, in: nodes)
                }
                nodes[Int(child)].fallback = target ?? 0
                // A shorter string may end within a longer one.
                nodes[Int(child)].found = max(nodes[Int(child)].found, nodes[Int(target ?? 0)].found)
                child = nodes[Int(child)].nextSibling
            }
        }
    }
}
