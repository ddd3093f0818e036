<?php
// What is done to the WordPress of the living tests, from within; `wordpress.py` runs it.
//
//   install                              an empty site
//   fill                                 posts and comments, as `content.py` gives them on standard input
//   truth                                {"posts": […], "comments": […]}: what everybody may read
//   edit-post ID TEXT                    the paragraphs of a post, written anew
//   delete-post ID
//   add-comment POST TEXT AUTHOR [COMMENT]   written now; an answer to another one if one is named
//   edit-comment ID TEXT
//   delete-comment ID
//   per-page N                           how many items a feed has, and how many comments a page
//
// Each prints JSON: the id of what it is about, if nothing else.
$verb = $argv[1];
$arguments = array_slice($argv, 2);
$_SERVER += ['HTTP_HOST' => '127.0.0.1', 'REQUEST_METHOD' => 'GET', 'SERVER_PROTOCOL' => 'HTTP/1.1'];
if ($verb === 'install') {
    define('WP_INSTALLING', true);
}
require getenv('SITE') . '/wp-load.php';
add_filter('pre_wp_mail', '__return_true');

function install() {
    require_once ABSPATH . 'wp-admin/includes/upgrade.php';
    wp_install('Le carnet du thé', 'redaction', 'redaction@carnet.example', true, '', 'a-test', 'fr_FR');
    foreach (get_posts(['post_type' => ['post', 'page'], 'numberposts' => -1]) as $post) {
        wp_delete_post($post->ID, true);
    }
    $options = [
        'permalink_structure' => '/%year%/%monthnum%/%postname%/',
        'timezone_string' => 'Europe/Paris',
        'page_comments' => 1,
        'comments_per_page' => 10,
        'default_comments_page' => 'oldest',
        'thread_comments' => 1,
    ];
    foreach ($options as $name => $value) {
        update_option($name, $value);
    }
    switch_theme('twentytwentyone');
    flush_rewrite_rules(false);
}

function fill(array $posts) {
    wp_set_current_user(1);
    wp_defer_term_counting(true);
    $authors = [];
    foreach ($posts as $post) {
        $authors[$post['author']] ??= wp_insert_user([
            'user_login' => sanitize_title($post['author']),
            'display_name' => $post['author'],
            'user_pass' => wp_generate_password(),
            'role' => 'author',
        ]);
        $id = wp_insert_post(wp_slash([
            'post_title' => $post['title'],
            'post_content' => paragraphs($post['text']),
            'post_status' => 'publish',
            'post_author' => $authors[$post['author']],
            'tags_input' => $post['tags'],
        ] + when('post', $post['date'])), true);
        if (is_wp_error($id)) {
            fail($id->get_error_message());
        }
        $comments = [];
        foreach ($post['comments'] as $n => $comment) {
            $answers = $comment['answers'] === null ? 0 : $comments[$comment['answers']];
            $comments[$n] = comment($id, $comment['text'], $comment['author'], $answers, $comment['date']);
        }
    }
    wp_defer_term_counting(false);
}

function comment($post, $text, $author, $answers, $date) {
    return wp_insert_comment(wp_slash([
        'comment_post_ID' => $post,
        'comment_author' => esc_html($author),
        'comment_author_email' => md5($author) . '@lecteur.example',
        'comment_content' => htmlspecialchars($text, ENT_NOQUOTES),
        'comment_parent' => $answers,
        'comment_approved' => 1,
    ] + when('comment', $date)));
}

function fail($why) {
    fwrite(STDERR, "wordpress.php: $why\n");
    exit(1);
}

/** The two columns of a date, from seconds since 1970. */
function when($of, $seconds) {
    $utc = gmdate('Y-m-d H:i:s', $seconds);
    return ["{$of}_date_gmt" => $utc, "{$of}_date" => get_date_from_gmt($utc)];
}

function paragraphs($text) {
    $said = array_map(fn($line) => htmlspecialchars($line, ENT_NOQUOTES), explode("\n", trim($text)));
    return implode("\n\n", array_map(
        fn($line) => "<!-- wp:paragraph -->\n<p>$line</p>\n<!-- /wp:paragraph -->",
        $said
    ));
}

/** What a reader sees of HTML: one line a paragraph. */
function seen($html) {
    $text = wp_strip_all_tags(preg_replace('~</p>|<br\s*/?>~', "\n", $html));
    $lines = explode("\n", html_entity_decode($text, ENT_QUOTES | ENT_HTML5));
    return implode("\n", array_filter(array_map('trim', $lines), 'strlen'));
}

function truth() {
    $utc = fn($date) => str_replace(' ', 'T', $date) . 'Z';
    $posts = array_map(fn($post) => [
        'id' => $post->ID,
        'url' => get_permalink($post),
        'title' => seen(get_the_title($post)),
        'author' => get_the_author_meta('display_name', $post->post_author),
        'date' => $utc($post->post_date_gmt),
        'text' => seen(apply_filters('the_content', $post->post_content)),
    ], get_posts(['numberposts' => -1, 'orderby' => 'ID', 'order' => 'ASC']));
    $comments = array_map(fn($comment) => [
        'id' => (int) $comment->comment_ID,
        'post' => (int) $comment->comment_post_ID,
        'answers' => (int) $comment->comment_parent ?: null,
        'url' => get_comment_link($comment),
        'author' => seen(get_comment_author($comment)),
        'date' => $utc($comment->comment_date_gmt),
        'text' => seen(apply_filters('comment_text', $comment->comment_content, $comment)),
    ], get_comments(['status' => 'approve', 'orderby' => 'comment_ID', 'order' => 'ASC']));
    return ['posts' => $posts, 'comments' => $comments];
}

$done = match ($verb) {
    'install' => install(),
    'fill' => fill(json_decode(stream_get_contents(STDIN), true)),
    'truth' => truth(),
    'edit-post' => wp_update_post(wp_slash(['ID' => $arguments[0], 'post_content' => paragraphs($arguments[1])])),
    'delete-post' => wp_delete_post($arguments[0], true)->ID,
    'add-comment' => comment($arguments[0], $arguments[1], $arguments[2], $arguments[3] ?? 0, time()),
    'edit-comment' => wp_update_comment(wp_slash([
        'comment_ID' => $arguments[0],
        'comment_content' => htmlspecialchars($arguments[1], ENT_NOQUOTES),
    ])) === 1 ? (int) $arguments[0] : false,
    'delete-comment' => wp_delete_comment($arguments[0], true) ? (int) $arguments[0] : false,
    'per-page' => update_option('posts_per_rss', $arguments[0]) | update_option('comments_per_page', $arguments[0]),
};
if ($done === false || $done === 0) {
    fail('nothing was done');
}
if ($done !== null) {
    echo json_encode($done, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES), "\n";
}
