//! Which formulas can be written, and what becomes of bad ones.

use super::*;

/// What courses write: school, calculus, linear algebra, probability, logic, physics, computing.
const SENSIBLE: &str = include_str!("math_tests.txt");

#[test]
fn what_courses_write_can_be_written() {
    let bad: Vec<_> = SENSIBLE.lines().filter_map(|tex| Some((tex, mathml(tex, true).err()?))).collect();
    assert!(SENSIBLE.lines().count() >= 100 && bad.is_empty(), "{bad:#?}");
}

#[test]
fn no_style_and_no_id_comes_through() {
    for tex in SENSIBLE.lines() {
        let html = mathml(tex, true).expect("it is sound");
        assert!(!html.contains(" style=") && !html.contains(" id="), "{tex}: {html}");
    }
    let html = mathml("\\text{ style=\"x\" <b>}", false).expect("it is text");
    assert!(html.contains("&lt;b&gt;") && html.contains("style"), "{html}");
}

#[test]
fn nothing_active_comes_through() {
    for tex in [
        r"\href{javascript:alert(1)}{x}",
        r"\url{javascript:alert(1)}",
        r"\htmlData{onclick=x}{y}",
        r"\includegraphics{x.png}",
        r"\label{top} x \eqref{top}",
        r"\newcommand{\a}{\a\a}\a",
        r"\def\a{\a\a}\a",
        r"\frac{1}",
        r"\begin{matrix} 1",
    ] {
        assert!(mathml(tex, true).is_err(), "{tex}");
    }
    let html = mathml(r"\text{<script>alert(1)</script>}", false).expect("it is text");
    assert!(!html.contains("<script"), "{html}");
}

#[test]
fn a_bomb_is_refused_at_once_on_a_small_stack() {
    let bombs = [
        "{",
        "}",
        "x^",
        "x_",
        r"\hat ",
        r"\frac",
        r"\sqrt{",
        r"\left(",
        r"\begin{matrix}",
        r"\text{",
        r"\not",
        r"\color{red}",
        "(",
        "x'",
        "&",
        r"\\",
        r"\mathbf",
        r"\textcolor{",
        r"\substack{",
        r"\boxed{",
        "^{",
        r"\hat{\hat ",
        r"{\hat ",
        r"\over ",
        r"\binom",
        r"\overset{a}",
        r"\bigl(",
        r"\middle|",
        "#1",
        "%",
        "\0",
        "é",
    ];
    let work = move || {
        for bomb in bombs {
            for n in [50, 300, 4_000_000] {
                let tex = bomb.repeat((n / bomb.len()).max(1));
                let _ = mathml(&tex, true);
                let _ = mathml(&format!("{tex}x"), false);
            }
            let closed = format!("{}x{}", bomb.repeat(200), "}".repeat(200));
            let _ = mathml(&closed, true);
        }
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(work).expect("a thread");
    thread.join().expect("no panic and no overflow");
    assert!(mathml(&"{".repeat(1_000_000), true).is_err_and(|reason| reason.contains("longer")));
    assert!(mathml(&"{".repeat(100), true).is_err_and(|reason| reason.contains("nests")));
}
