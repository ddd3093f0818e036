//! What may stand in a text that people read.

/// Tells whether a character acts instead of showing, or shows nothing: control characters, ends of lines, what reorders
/// what stands around it (Unicode TR 9), and what is invisible without being needed by any script or emoji.
pub fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{2028}' | '\u{2029}'                              // ends of lines and paragraphs
            | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'  // embeddings, overrides, isolates
            | '\u{200e}' | '\u{200f}' | '\u{61c}'               // marks of direction
            | '\u{ad}' | '\u{180e}' | '\u{200b}'                // where a line may break
            | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' // operators and controls without a shape
            | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' // fillers of Hangul
            | '\u{feff}' | '\u{fff0}'..='\u{fffc}'              // byte order mark, annotations
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' // of shorthand and scores
            | '\u{e0000}'..='\u{e001f}' | '\u{e0080}'..='\u{e00ff}' | '\u{e01f0}'..='\u{e0fff}' // beside the tags
        )
}
