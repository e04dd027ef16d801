"""Several answers to one question, and a whole conversation asked again elsewhere.

window          the Compare window: who is asked, the question, the answers beside each other
side            who is asked: models and presets to check
lane_binding    one answer and the column it is shown in
diff_panel      any two of the answers, word by word
replay_window   a conversation asked again on another model: a table, a row's differences
opening         both windows as the main window opens them
"""
